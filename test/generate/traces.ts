import type { GlibcHeap } from './glibc-heap.ts';
import type { Profile } from './profiles.ts';
import { newSds } from './sds.ts';
import type { ServerImage } from './server-image.ts';

/** LUA_TSTRING's tag, and the mark of an object the collector must not free. */
const LUA_STRING = 0x0204;

/**
 * A Lua 5.1 string (lobject.h, TString): next 8, tag and mark, reserved, u32 hash at 12, u64 length at 16, text at 24.
 * From Redis 7.0 on the interpreter holds the server's version as one, `redis.REDIS_VERSION`.
 */
export function writeLuaStrings(server: ServerImage, luaHeap: GlibcHeap | undefined): void {
  const texts = ['2.1.0', ...(knowsVersion(server.profile) ? [server.profile.version] : [])];
  for (const text of texts) {
    const bytes = 24 + text.length + 1;
    const at = luaHeap ? luaHeap.malloc(bytes) : server.malloc(bytes);
    server.space.write64(at, 0);
    server.space.write64(at + 8, LUA_STRING);
    server.space.write32(at + 12, server.random.word());
    server.space.write64(at + 16, text.length);
    server.space.writeText(at + 24, `${text}\0`);
  }
}

function knowsVersion(profile: Profile): boolean {
  return Number.parseInt(profile.version, 10) >= 7;
}

/** An answer to INFO that was freed: what most servers leave of their version in memory. */
export function leaveInfo(server: ServerImage): void {
  const { name, version } = server.profile;
  const valkey = `redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:${version}\r\n`;
  const lines = name === 'valkey' ? valkey : `redis_version:${version}\r\n`;
  const text = `# Server\r\n${lines}redis_git_sha1:00000000\r\nredis_git_dirty:0\r\nredis_mode:standalone\r\n`;
  server.freeString(newSds(server, text, { capacity: 1900 }));
}
