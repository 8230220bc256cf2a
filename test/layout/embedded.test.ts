import { strict as assert } from 'node:assert';
import { readHashEntry } from '../../src/layout/hash-entry.ts';
import { readKvobj } from '../../src/layout/kvobj.ts';

/** Bytes as dumps of real servers showed them. */
const real = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const text = (bytes: Uint8Array, at: number, length: number) => Buffer.from(bytes).toString('latin1', at, at + length);

describe('objects with their key inside', () => {
  it('Valkey 8.1.1: key behind the pointer, with and without expiry', () => {
    const raw = real(
      '0026a70206000000 03ae04d42b7f0000 032929016b65793a 36707035396e316f 747335656a6c3977 623677776a386165 6e6a32757132313a 3130373034000000',
    );
    const object = readKvobj(raw, 0, 64, 'valkey')!;
    assert.equal(object.expires, false);
    assert.equal(text(raw, object.keyAt, object.key.len), 'key:6pp59n1ots5ejl9wb6wwj8aenj2uq21:10704');
    assert.equal(object.value, undefined);

    const expiring = real(
      '0027a70207000000 c377b8d32b7f0000 c185f502a2010000 032828016b65793a 6636773036677733 7477697869317166 7177383264657269 387630727a713a31 3432373000000000 0000000000000000',
    );
    const second = readKvobj(expiring, 0, 80, 'valkey')!;
    assert.equal(second.expires, true);
    assert.equal(text(expiring, second.keyAt, second.key.len), 'key:f6w06gw3twixi1qfqw82deri8v0rzq:14270');
  });

  it('Valkey 9.1.2: the value embedded, no pointer', () => {
    const bytes = real(
      '802ba7020f000000 8997f502a2010000 032727016b65793a 676b77766e347a70 7a776677646b7234 34777a77667a3031 797533346b3a3430 3337300032400165 78703a3430333730 3a397a733175767a 6d75733064317970 6a30706a34356237 6572797778776671 753234317a32736d 0000000000000000 0000000000000000',
    );
    const object = readKvobj(bytes, 0, 128, 'valkey-9.1')!;
    assert.equal(object.pointerless, true);
    assert.equal(text(bytes, object.keyAt, object.key.len), 'key:gkwvn4zpzwfwdkr44wzwfz01yu34k:40370');
    assert.equal(text(bytes, object.valueAt, 14), 'exp:40370:9zs1');
    assert.equal(object.value?.len, 0x32);
  });

  it('refuses what is none: a leaked string, an object without a key, a key that does not end', () => {
    const leaked = real('454c014c45414b54 525554483a303030 30383639333a6735 31343775366e6535');
    assert.equal(readKvobj(leaked, 0, 32, 'valkey'), undefined);
    const plain = real('0026a70201000000 03ae04d42b7f0000');
    assert.equal(readKvobj(plain, 0, 16, 'valkey'), undefined);
    const endless = real('0026a70206000000 03ae04d42b7f0000 03ff ff016b65793a6b 6579');
    assert.equal(readKvobj(endless, 0, endless.length, 'valkey'), undefined);
  });
});

describe('hash entries', () => {
  it('Valkey 8.1.1: field and value side by side', () => {
    const bytes = real(
      'd862663a3138343a 7664326433717238 6569363772643533 786e696f00252f01 62763a3138343a6e 393576396a707962 377061656e367676 3439676a37746d31 3235747071000000 0000000000000000',
    );
    const entry = readHashEntry(bytes, 0, 80, 1)!;
    assert.equal(text(bytes, 1, entry.field.len), 'bf:184:vd2d3qr8ei67rd53xnio');
    assert.equal(text(bytes, entry.valueAt, entry.value!.len), 'bv:184:n95v9jpyb7paen6vv49gj7tm125tpq');
  });

  it('with a pointer in front the value is not looked for behind', () => {
    // aux bit 1 (0x10): value by pointer; the field is an sdshdr8
    const bytes = new Uint8Array(64);
    bytes.set([5, 5, 0x11, 0x66, 0x69, 0x65, 0x6c, 0x64, 0], 8);
    const entry = readHashEntry(bytes, 0, 64, 11)!;
    assert.equal(entry.field.len, 5);
    assert.equal(entry.value, undefined);
    assert.equal(readHashEntry(bytes, 8, 56, 3), undefined, 'a field with a pointer in front does not begin the block');
  });
});
