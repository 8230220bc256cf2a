import { strict as assert } from 'node:assert';
import { layoutOfVersion, versionNumber } from '../../src/layout/versions.ts';

describe('layouts by version', () => {
  it('change where the servers changed', () => {
    const redis = (version: string) => layoutOfVersion('redis', version)!.layout;
    assert.equal(redis('3.0.7').sds, 'old');
    assert.deepEqual([redis('2.6.17').objectBits, redis('2.8.24').objectBits], ['spread', undefined]);
    assert.equal(redis('3.2.8').sds, 'new');
    assert.deepEqual([redis('6.0.20').alloc, redis('6.2.14').alloc], ['exact', 'usable']);
    assert.deepEqual([redis('6.2.14').dict, redis('7.0.15').dict, redis('7.4.1').dict], ['dictht', 'dict7', 'kvstore']);
    assert.deepEqual(
      [redis('3.2.13'), redis('4.0.14'), redis('5.0.0')].map(one => one.raxPadded),
      [true, false, true],
    );
    assert.deepEqual([redis('7.0.15').taggedPointers, redis('7.2.0').taggedPointers], [false, true]);
    assert.deepEqual([redis('8.0.2').keys, redis('8.2.0').keys], ['sds', 'in-object']);
    const valkey = (version: string) => layoutOfVersion('valkey', version)!.layout;
    assert.deepEqual(
      [valkey('7.2.7').keys, valkey('8.0.1').keys, valkey('8.1.1').keys],
      ['sds', 'in-entry', 'in-object'],
    );
    assert.equal(valkey('8.1.1').dict, 'hashtable');
  });

  it('say what nobody tried', () => {
    assert.equal(layoutOfVersion('redis', '7.0.15')!.unverified, false);
    assert.equal(layoutOfVersion('redis', '8.2.0')!.unverified, true);
    assert.equal(layoutOfVersion('keydb', '6.3.4')!.unverified, true);
  });

  it('are unknown for what is no version, or one too old', () => {
    assert.equal(layoutOfVersion('redis', 'unstable'), undefined);
    assert.equal(layoutOfVersion('redis', '1.2.6'), undefined);
    assert.equal(versionNumber('7.0.15'), 700);
    assert.equal(versionNumber('12.34.5'), 1234);
  });
});
