import assert from 'node:assert/strict';
import { Owner } from '../../src/editor/dispose.ts';

class Sample extends Owner {
  readonly log: string[] = [];
  take(name: string): void {
    this.own({ dispose: () => this.log.push(name) });
  }
}

describe('an owner', () => {
  it('takes what it owns with it, the last first, and once', () => {
    const owner = new Sample();
    owner.take('a');
    owner.take('b');
    assert.equal(owner.disposed, false);
    owner.dispose();
    owner.dispose();
    assert.deepEqual(owner.log, ['b', 'a']);
    assert.equal(owner.disposed, true);
  });

  it('disposes at once of what comes too late', () => {
    const owner = new Sample();
    owner.dispose();
    owner.take('late');
    assert.deepEqual(owner.log, ['late']);
  });
});
