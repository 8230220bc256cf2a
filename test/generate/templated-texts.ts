import type { Random } from './random.ts';

/** A kind of text, and the template that a person would write for it. */
export interface TextKind {
  readonly template: string;
  /** How often it comes, in relation to the others. */
  readonly weight: number;
  make(random: Random): string | Buffer;
}

function number(random: Random, most = 1e7): number {
  return random.below(most);
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

function name(random: Random): string {
  let word = '';
  for (let left = random.between(5, 11); left > 0; left--) word += String.fromCharCode(97 + random.below(26));
  return word;
}

function uuid(random: Random): string {
  const digits = random.hex(32);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

function date(random: Random, between = '-'): string {
  return [random.between(2019, 2026), pad(random.between(1, 12), 2), pad(random.between(1, 28), 2)].join(between);
}

function time(random: Random): string {
  return `${pad(random.below(24), 2)}:${pad(random.below(60), 2)}:${pad(random.below(60), 2)}Z`;
}

function bytes(random: Random, count: number): Buffer {
  return Buffer.from(random.hex(2 * count), 'hex');
}

const WORDS = 'order price ready blue shelf invoice north paid table lamp seven the of and with more to be sent'.split(
  ' ',
);

function sentence(random: Random): string {
  return Array.from({ length: random.between(5, 30) }, () => random.pick(WORDS)).join(' ');
}

/** Forty kinds of names and values, of every sort of content that varies. */
export const TEXT_KINDS: readonly TextKind[] = [
  { weight: 80, template: 'session:{uuid}', make: random => `session:${uuid(random)}` },
  { weight: 60, template: 'user:{n}:cart', make: random => `user:${number(random)}:cart` },
  { weight: 50, template: 'shop:{hex}:stock', make: random => `shop:${random.hex(8)}:stock` },
  { weight: 50, template: 'order:{n}:line:{n}', make: random => `order:${number(random)}:line:${number(random, 40)}` },
  {
    weight: 30,
    template: 'cache:page:/products/{n}?sort=price',
    make: random => `cache:page:/products/${number(random)}?sort=price`,
  },
  {
    weight: 40,
    template: 'tx:basket:idx:{n}:user:{n}',
    make: random => `tx:basket:idx:${number(random, 64)}:user:${number(random)}`,
  },
  { weight: 20, template: 'photo:meta:v1:{n}:album', make: random => `photo:meta:v1:${number(random)}:album` },
  {
    weight: 20,
    template: 'warehouse/section/{n}/bin/{n}',
    make: random => `warehouse/section/${number(random, 400)}/bin/${number(random)}`,
  },
  { weight: 20, template: 'lesson.topic.{n}.chapter', make: random => `lesson.topic.${number(random)}.chapter` },
  { weight: 30, template: 'token:{base64}', make: random => `token:${bytes(random, 32).toString('base64')}` },
  { weight: 20, template: 'auth|{base64}', make: random => `auth|${bytes(random, 24).toString('base64')}` },
  { weight: 10, template: 'day:{date}:visits', make: random => `day:${date(random)}:visits` },
  {
    weight: 20,
    template: 'event:{date}:{n}',
    make: random => `event:${date(random)}T${time(random)}:${number(random)}`,
  },
  { weight: 10, template: 'report-{date}.csv', make: random => `report-${date(random, '')}.csv` },
  { weight: 30, template: 'md5:{hex}', make: random => `md5:${random.hex(32)}` },
  { weight: 20, template: 'sha1:{hex}:blob', make: random => `sha1:${random.hex(40)}:blob` },
  { weight: 20, template: '用户:{n}:购物车', make: random => `用户:${number(random)}:购物车` },
  {
    weight: 20,
    template: 'заказ:{n}:товар:{n}',
    make: random => `заказ:${number(random)}:товар:${number(random, 1e4)}`,
  },
  { weight: 10, template: 'café:{word}:menu', make: random => `café:${name(random)}:menu` },
  { weight: 40, template: 'name:{word}:profile', make: random => `name:${name(random)}:profile` },
  {
    weight: 20,
    template: 'city:{word}:{word}:weather',
    make: random => `city:${name(random)}:${name(random)}:weather`,
  },
  { weight: 60, template: '{n}', make: random => String(number(random)) },
  { weight: 20, template: '{n}:{n}', make: random => `${number(random)}:${number(random)}` },
  { weight: 30, template: '{uuid}', make: uuid },
  { weight: 10, template: '{uuid}:{uuid}', make: random => `${uuid(random)}:${uuid(random)}` },
  { weight: 20, template: 'user:{{n}}:followers', make: random => `user:{${number(random)}}:followers` },
  {
    weight: 20,
    template: 'rate:{n}.{n}.{n}.{n}:{n}',
    make: random =>
      `rate:${random.below(256)}.${random.below(256)}.${random.below(256)}.${random.below(256)}:${number(random)}`,
  },
  { weight: 20, template: 'lock:{hex}:{hex}', make: random => `lock:${random.hex(8)}:${random.hex(8)}` },
  { weight: 20, template: 'queue_{n}_pending', make: random => `queue_${number(random)}_pending` },
  { weight: 20, template: 'worker{n}:heartbeat', make: random => `worker${number(random, 5000)}:heartbeat` },
  {
    weight: 30,
    template: '{"id":{n},"name":"{word}","active":true}',
    make: random => `{"id":${number(random)},"name":"${name(random)}","active":true}`,
  },
  {
    weight: 20,
    template: 'https://example.com/item/{n}?ref={hex}',
    make: random => `https://example.com/item/${number(random)}?ref=${random.hex(12)}`,
  },
  { weight: 20, template: '{text}', make: sentence },
  { weight: 20, template: '{bytes}', make: random => bytes(random, random.between(16, 60)) },
  {
    weight: 20,
    template: 'blob:{bytes}',
    make: random => Buffer.concat([Buffer.from('blob:'), bytes(random, random.between(16, 40))]),
  },
  { weight: 10, template: 'feature:dark-mode:{n}', make: random => `feature:dark-mode:${number(random)}` },
  {
    weight: 20,
    template: 'inventory:sku-{hex}:warehouse-{n}',
    make: random => `inventory:sku-${random.hex(6)}:warehouse-${number(random, 90)}`,
  },
  { weight: 20, template: 'chat:{n}:msg:{uuid}', make: random => `chat:${number(random)}:msg:${uuid(random)}` },
  { weight: 3, template: 'metrics.cpu.load1.{n}', make: random => `metrics.cpu.load1.${number(random)}` },
  {
    weight: 3,
    template: 'stream:{n}-{n}',
    make: random => `stream:${1.7e12 + number(random, 1e9)}-${number(random, 5)}`,
  },
];

/** Draws a kind as often as its weight says. */
export function pickKind(random: Random): number {
  let left = random.below(TOTAL);
  let kind = 0;
  while (left >= TEXT_KINDS[kind].weight) left -= TEXT_KINDS[kind++].weight;
  return kind;
}

const TOTAL = TEXT_KINDS.reduce((sum, { weight }) => sum + weight, 0);
