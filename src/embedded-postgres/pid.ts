// What PostgreSQL's pid file says, and whether the process it names is really that PostgreSQL.
import { readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { askSystem } from './account.ts';
import { readOwn } from './folder.ts';

/** The lines of `postmaster.pid` that matter here. */
interface PidFile {
  pid: number;
  port: number | undefined;
  ready: boolean;
}

/**
 * Reads the pid file of a cluster.
 *
 * @returns undefined when there is none
 * @see https://www.postgresql.org/docs/current/storage-file-layout.html
 */
export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  try {
    const lines = (await readOwn(join(cluster, 'postmaster.pid'))).split('\n').map((line) => line.trim());
    return { pid: Number(lines[0]), port: Number(lines[3]) || undefined, ready: lines[7] === 'ready' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Tells whether a process is alive and is the server of a cluster; a process id may since have been given to another
 * program, another PostgreSQL even.
 */
export function isServerOf(cluster: string, pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  return process.platform === 'linux' ? isServerInProc(cluster, pid) : isServerInList(cluster, pid);
}

function isServerInProc(cluster: string, pid: number): boolean {
  try {
    // A server works in the folder of its cluster; one that has ended, but was not waited for, works nowhere.
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
  } catch (error) {
    // Root without its privileges, as in a container, may not look where a process works; but what it was started with.
    return (
      (error as NodeJS.ErrnoException).code === 'EACCES' && process.getuid?.() === 0 && wasStartedFor(cluster, pid)
    );
  }
}

function wasStartedFor(cluster: string, pid: number): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return statSync(`/proc/${pid}`).uid === statSync(cluster).uid && words[words.indexOf('-D') + 1] === cluster;
  } catch {
    return false;
  }
}

function isServerInList(cluster: string, pid: number): boolean {
  const { status, stdout } = askSystem('ps', ['-o', 'uid=,command=', '-p', String(pid)]);
  const [, uid, command = ''] = /^\s*(\d+)\s+(.*)/.exec(stdout ?? '') ?? [];
  return status === 0 && Number(uid) === statSync(cluster).uid && command.includes(` -D ${cluster} `);
}

/** Sends a signal to a process; tells whether there was a process to send it to. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
