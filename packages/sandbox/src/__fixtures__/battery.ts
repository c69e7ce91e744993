import { createServer } from "node:net";
import { once } from "node:events";
import type { Rig } from "./rig.ts";

export interface Check {
  readonly name: string;
  /** For `sh`, on a writable tree. */
  readonly script: (facts: Facts) => string;
  readonly expected: string | RegExp;
}

/** What the checks try to reach outside. */
export interface Facts {
  readonly port: number;
  readonly data: string;
  readonly pid: number;
}

/** Connects, and prints what comes of it. */
const connect = (host: string, port: number): string =>
  `node -e 'const s=require("net").connect({host:"${host}",port:${port},timeout:1500});for(const e of ["connect","timeout"])s.on(e,()=>{console.log(e);process.exit()});s.on("error",e=>console.log(e.code))'`;

export const BATTERY: readonly Check[] = [
  { name: "sees its own processes only", script: () => "ls /proc | grep -c '^[0-9]'", expected: /^[1-6]\n$/ },
  { name: "does not see the product's process", script: ({ pid }) => `ls -d /proc/${pid} 2>&1 | grep -c 'No such file'`, expected: "1\n" },
  { name: "cannot signal it", script: ({ pid }) => `kill -0 ${pid} 2>&1 | grep -c 'No such process'`, expected: "1\n" },
  { name: "has a root of its own", script: () => "ls / | tr '\\n' ' '", expected: /^bin dev etc lib (lib32 )?(lib64 )?(libx32 )?opt proc sbin tmp usr workspace $/ },
  { name: "has no accounts, keys and homes of the machine", script: () => "ls /etc/shadow /etc/ssh /root /home /var /run 2>&1 | grep -vc 'No such file'; wc -l < /etc/passwd", expected: "0\n1\n" },
  { name: "sees of the machine's settings what programs need, and no more", script: () => "cd /etc; ls -d * ssl/* pki/* 2>/dev/null | tr '\\n' ' '", expected: /^(alternatives )?group hosts (ld\.so\.cache )?(localtime )?passwd (pki pki\/tls )?(ssl ssl\/certs (ssl\/openssl\.cnf )?)?$/ },
  { name: "cannot change them", script: () => "cd /etc; for f in $(find . -not -type l); do { chmod 777 $f || echo x >> $f || mv $f $f.x || touch $f; } 2>/dev/null && echo $f; done; mount -o remount,rw,bind /etc 2>/dev/null || echo done", expected: "done\n" },
  { name: "does not reach the data directory", script: ({ data }) => `ls ${data} 2>&1 | grep -c 'No such file'`, expected: "1\n" },
  { name: "has the given variables alone", script: () => "env -u PWD | cut -d= -f1 | sort | tr '\\n' ' '", expected: "HOME LANG PATH " },
  { name: "has nothing but the standard streams open", script: () => "ls -l /proc/self/fd | grep -vE ' [012] ->|/dev/null$|/proc/|^total' | wc -l", expected: "0\n" },
  { name: "has a loopback and no other interface", script: () => "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '", expected: "lo\n" },
  { name: "does not reach a service on the machine's loopback", script: ({ port }) => connect("127.0.0.1", port), expected: "ECONNREFUSED\n" },
  { name: "does not reach it over IPv6", script: ({ port }) => connect("::1", port), expected: "ECONNREFUSED\n" },
  { name: "does not reach the metadata address", script: () => connect("169.254.169.254", 80), expected: "ENETUNREACH\n" },
  { name: "does not reach another address", script: () => connect("1.1.1.1", 443), expected: "ENETUNREACH\n" },
  { name: "resolves no name", script: () => "node -e 'require(\"dns\").lookup(\"example.com\",e=>console.log(e.code))'", expected: /^(EAI_AGAIN|ENOTFOUND)\n$/ },
  { name: "knows the name of its loopback", script: () => "node -e 'require(\"dns\").lookup(\"localhost\",(e,a)=>console.log(a))'", expected: /^(127\.0\.0\.1|::1)\n$/ },
  { name: "cannot open the hypervisor's sockets", script: () => "perl -e 'socket(S,40,1,0) ? print \"open\" : print $!+0'", expected: "97" },
  { name: "cannot use kernel keyrings", script: () => "perl -e 'syscall($ARGV[0],0,-3,1)==-1 ? print $!+0 : print \"ok\"' $(test $(uname -m) = x86_64 && echo 250 || echo 219)", expected: "1" },
  { name: "cannot write settings of the kernel", script: () => "for f in kernel/core_pattern vm/drop_caches kernel/hostname; do (echo x > /proc/sys/$f) 2>&1 | grep -cE 'Read-only|denied'; done", expected: "1\n1\n1\n" },
  { name: "cannot make user namespaces", script: () => "unshare --user true 2>/dev/null || echo refused", expected: "refused\n" },
  { name: "cannot mount", script: () => "mount -t tmpfs x /tmp 2>/dev/null || echo refused", expected: "refused\n" },
  { name: "has no capability, gets no new privilege, and is filtered", script: () => "grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t' ' '", expected: /^CapEff: 0+\nCapBnd: 0+\nNoNewPrivs: 1\nSeccomp: 2\n$/ },
  { name: "writes nowhere but to the tree and /tmp", script: () => "for d in / /dev /etc /usr /opt /proc /sys /bin /lib; do (echo x > $d/x) 2>/dev/null && echo $d; done; echo x > /tmp/x && echo x > x && echo done", expected: "done\n" },
  { name: "is somebody with a name", script: () => "id -un; id -u", expected: "coder\n1000\n" },
  { name: "has the product's own Node first", script: () => "node -p 'process.version+process.execPath'", expected: `${process.version}/opt/node/bin/node\n` },
  { name: "cannot trace a process outside", script: ({ pid }) => `perl -e 'syscall($ARGV[0],16,$ARGV[1],0,0)==-1 ? print $!+0 : print "traced"' $(test $(uname -m) = x86_64 && echo 101 || echo 117) ${pid}`, expected: "3" },
  { name: "follows no link out of its tree", script: ({ data }) => `ln -sfn ${data} out; ls out/ 2>&1 | grep -c 'No such file'; ln -sfn /proc/1/root out; ls out/root 2>&1 | grep -cE 'denied|No such file'`, expected: "1\n1\n" },
  { name: "cannot link a file of the system into its tree", script: () => "ln -f /usr/bin/env hard 2>&1 | grep -cE 'cross-device|not permitted'", expected: "1\n" },
  { name: "cannot read the memory of processes outside", script: () => "cat /proc/kcore /dev/mem 2>&1 | grep -cE 'denied|No such'", expected: "2\n" },
];

/** What is wrong, one line per failed check. */
export async function runBattery({ sandbox, data, tree, sh }: Rig): Promise<readonly string[]> {
  const server = createServer((socket) => socket.end("secret")).listen(0, "::");
  await once(server, "listening");
  const address = server.address();
  const facts = { port: typeof address === "object" && address !== null ? address.port : 0, data, pid: process.pid };
  const path = await tree();
  const wrong: string[] = [];
  for (const { name, script, expected } of BATTERY) {
    const { stdout, stderr } = await sh(script(facts), { tree: { path, access: "write" } });
    const right = typeof expected === "string" ? stdout === expected : expected.test(stdout);
    if (!right) wrong.push(`${name}: ${JSON.stringify(stdout)} ${stderr}`);
  }
  server.close();
  const { driver } = await sandbox.status();
  return driver === "bubblewrap" ? wrong : [...wrong, `driver ${driver}`];
}
