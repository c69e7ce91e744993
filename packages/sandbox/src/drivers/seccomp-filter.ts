import { constants } from "node:os";

const { ENOSYS, EPERM, EAFNOSUPPORT, EOPNOTSUPP, EINVAL } = constants.errno;

interface Architecture {
  /** From <linux/audit.h>. */
  readonly audit: number;
  readonly socket: number;
  readonly fallocate: number;
  readonly memfd: number;
  readonly shmget: number;
  /** Calls that no build and no test needs, and through which kernels have been broken: keyrings, BPF, performance counters, userfaultfd. */
  readonly refused: readonly number[];
}

/** Numbers from <asm/unistd.h>, in the order add_key, request_key, keyctl, bpf, perf_event_open, userfaultfd. */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: { audit: 0xc000_003e, socket: 41, fallocate: 285, memfd: 319, shmget: 29, refused: [248, 249, 250, 321, 298, 323] },
  arm64: { audit: 0xc000_00b7, socket: 198, fallocate: 47, memfd: 279, shmget: 194, refused: [217, 218, 219, 280, 241, 282] },
};
/** io_uring_setup, _enter, _register: the same number everywhere. Programs take "not there" for an old kernel and go another way. */
const ABSENT = [425, 426, 427];
/** The same number everywhere. */
const MEMFD_SECRET = 447;
/** A segment of this size is enough for whoever uses it as a lock, as databases do; there are 4,096 of them at most. */
const SEGMENT_BYTES = 64 * 1024;
/** Unix, IPv4, IPv6, netlink. Others are not held by the network namespace: AF_VSOCK reaches the machine's hypervisor. */
const FAMILIES = [1, 2, 10, 16];
const X32 = 0x4000_0000;

// From <linux/bpf_common.h> and <linux/seccomp.h>.
const LOAD = 0x20;
const IF_EQUAL = 0x15;
const IF_AT_LEAST = 0x35;
const RETURN = 0x06;
const ALLOW = 0x7fff_0000;
const FAIL = 0x0005_0000;
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
const FIRST_ARGUMENT_AT = 16;
/** Its lower half; the upper one follows. */
const SECOND_ARGUMENT_AT = 24;

interface Instruction {
  readonly code: number;
  readonly value: number;
  /** Instructions to skip when the comparison holds, and when not. */
  readonly ifSo?: number;
  readonly ifNot?: number;
}

export interface FilterOptions {
  readonly arch?: string;
  /** Memory that lies in no process is counted and limited. Else there is none: a run could fill all of the machine's with it. */
  readonly countsAllMemory: boolean;
}

/** A filter for `bwrap --seccomp`, or null for a processor whose numbers are not known here. */
export function seccompFilter({ arch = process.arch, countsAllMemory }: FilterOptions): Buffer | null {
  const of = ARCHITECTURES[arch];
  if (!of) return null;
  const fail = (errno: number): Instruction => ({ code: RETURN, value: FAIL | errno });
  const allow: Instruction = { code: RETURN, value: ALLOW };
  const answer = (number: number, errno: number): Instruction[] => [{ code: IF_EQUAL, value: number, ifNot: 1 }, fail(errno)];
  const families = FAMILIES.flatMap((family): Instruction[] => [{ code: IF_EQUAL, value: family, ifNot: 1 }, allow]);
  const segments: Instruction[] = [
    { code: LOAD, value: SECOND_ARGUMENT_AT + 4 }, { code: IF_EQUAL, value: 0, ifSo: 1 }, fail(EINVAL),
    { code: LOAD, value: SECOND_ARGUMENT_AT }, { code: IF_AT_LEAST, value: SEGMENT_BYTES + 1, ifNot: 1 }, fail(EINVAL), allow,
  ];
  const inNoProcess: Instruction[] = [...answer(of.memfd, ENOSYS), ...answer(MEMFD_SECRET, ENOSYS), { code: IF_EQUAL, value: of.shmget, ifNot: segments.length }, ...segments];
  const sockets: Instruction[] = [{ code: LOAD, value: FIRST_ARGUMENT_AT }, ...families, fail(EAFNOSUPPORT)];
  return encode([
    { code: LOAD, value: ARCHITECTURE_AT },
    { code: IF_EQUAL, value: of.audit, ifSo: 1 },
    // 32-bit programs have numbers of their own.
    fail(ENOSYS),
    { code: LOAD, value: NUMBER_AT },
    { code: IF_AT_LEAST, value: X32, ifNot: 1 },
    fail(ENOSYS),
    ...of.refused.flatMap((number) => answer(number, EPERM)),
    ...ABSENT.flatMap((number) => answer(number, ENOSYS)),
    // Takes any part of a disk in one call, past the limit of a file's size, before anybody can look. Programs write instead.
    ...answer(of.fallocate, EOPNOTSUPP),
    ...(countsAllMemory ? [] : inNoProcess),
    { code: IF_EQUAL, value: of.socket, ifNot: sockets.length },
    ...sockets,
    allow,
  ]);
}

/** `struct sock_filter`: u16 code, u8 skip if true, u8 skip if false, u32 value, in the machine's order (both are little-endian). */
function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, value, ifSo = 0, ifNot = 0 }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifSo, index * 8 + 2);
    bytes.writeUInt8(ifNot, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
}
