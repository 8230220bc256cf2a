import { GlibcHeap } from './glibc-heap.ts';
import type { Heap } from './heap.ts';
import { Jemalloc4Heap } from './jemalloc4-heap.ts';
import { Jemalloc5Heap } from './jemalloc5-heap.ts';
import type { Module } from './module-image.ts';
import { ProcessImage } from './process-image.ts';
import type { Profile } from './profiles.ts';
import { Random } from './random.ts';
import { ServerImage } from './server-image.ts';
import { writeLuaStrings } from './traces.ts';
import type { TruthSink } from './truth.ts';

const THREADS = 2;

export interface Booted {
  readonly image: ProcessImage;
  readonly server: ServerImage;
  readonly executable: Module;
  /** Function table that dicts name as their type. */
  readonly dictType: number;
}

/** Maps a server's process: executable, libc, loader, heap, thread-local storage, threads. */
export function boot(profile: Profile, seed: number, sink: TruthSink): Booted {
  const random = new Random(seed);
  const program = profile.name === 'keydb' ? 'keydb-server' : `${profile.name}-server`;
  const image = new ProcessImage(random, program, `/usr/local/bin/${program} 127.0.0.1:6379`);
  const shape = { text: 0x80000, rodata: 0x8000, data: 0x8000, bss: 0x40000 + globals(profile, false) };
  const executable = image.module(`/usr/local/bin/${program}`, shape, true);
  const libc = image.module('/usr/lib/x86_64-linux-gnu/libc.so.6', {
    text: 0x20000,
    rodata: 0x2000,
    data: 0x2000,
    bss: 0xd000,
  });
  image.module('/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', {
    text: 0x4000,
    rodata: 0x1000,
    data: 0x1000,
    bss: 0,
  });
  writeVersionStrings(executable, profile);
  const heap = startAllocator(image, { executable, libc }, profile);
  const server = new ServerImage(image, heap, profile, sink);
  startThreads(image, libc, heap);
  // The interpreter allocates from libc, beside jemalloc, until Redis 7.4 gives it the server's own allocator.
  const luaHeap = ownLuaHeap(profile) ? new GlibcHeap(image, libc, { prefix: 0, arenas: 1 }) : undefined;
  writeLuaStrings(server, luaHeap);
  luaHeap?.finish();
  return { image, server, executable, dictType: executable.reserve('data', 72) };
}

const ROOT_BYTES = 0x210000;

/** Bytes of .bss that jemalloc's globals need, its rtree above all, in the executable or in a library of its own. */
function globals(profile: Profile, library: boolean): number {
  const { allocator } = profile;
  if (allocator.kind !== 'jemalloc' || allocator.library !== library) return 0;
  return allocator.version === '4.0.3' ? 0x1000 : ROOT_BYTES;
}

interface ThreadedHeap extends Heap {
  /** What each thread's local storage holds of the allocator, placed by the thread's pointer. */
  writeThreadStorage(thread: number, threadPointer: number): void;
}

function startAllocator(
  image: ProcessImage,
  modules: { executable: Module; libc: Module },
  profile: Profile,
): ThreadedHeap {
  const { allocator } = profile;
  if (allocator.kind === 'glibc') {
    return new GlibcHeap(image, modules.libc, { prefix: allocator.prefix, arenas: THREADS });
  }
  const shape = { text: 0x40000, rodata: 0x4000, data: 0x2000, bss: globals(profile, true) };
  const library = '/usr/lib/x86_64-linux-gnu/libjemalloc.so.2';
  const owner = allocator.library ? image.module(library, shape) : modules.executable;
  const { quantum, version, cacheOblivious, pageSize = image.pageSize } = allocator;
  if (version === '4.0.3') return new Jemalloc4Heap(image, owner, { quantum, arenas: THREADS, pageSize });
  return new Jemalloc5Heap(image, owner, { quantum, arenas: THREADS, version, cacheOblivious, pageSize });
}

function ownLuaHeap(profile: Profile): boolean {
  return profile.allocator.kind === 'jemalloc' && profile.database === 'dict';
}

/** What a server's .rodata says of itself: INFO's format, the banner, the version. */
function writeVersionStrings(executable: Module, profile: Profile): void {
  const title = profile.name === 'redis' ? 'Redis' : profile.name === 'valkey' ? 'Valkey' : 'KeyDB';
  executable.constant(profile.version);
  executable.constant('# Server\r\nredis_version:%s\r\nredis_git_sha1:%s\r\nredis_git_dirty:%d\r\n');
  executable.constant(`${title} server v=%s sha=%s:%d malloc=%s bits=%d build=%llx\n`);
  executable.constant(`Server started, ${title} version ${profile.version}`);
  executable.constant(profile.allocator.kind === 'jemalloc' ? `jemalloc-${profile.allocator.version}` : 'libc');
}

/** The main thread waits in epoll_wait, a background one on its condition variable; each has its tsd and registers. */
function startThreads(image: ProcessImage, libc: Module, heap: ThreadedHeap): void {
  const storage = image.mmap(0x8000);
  for (let i = 0; i < THREADS; i++) {
    const pointer = storage + 0x2740 + i * 0x3000;
    image.space.write64(pointer, pointer); // the thread control block points at itself
    image.space.write64(pointer + 16, pointer);
    heap.writeThreadStorage(i, pointer);
    const { registers, stackPointer } = image.thread(pointer, libc.code(0x8000 + 0x100 * i));
    registers[4] = BigInt(stackPointer + 0x60);
    image.space.write64(stackPointer, libc.code(0x9000));
    image.space.write64(stackPointer + 8, pointer);
  }
}
