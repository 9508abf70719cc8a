// What PostgreSQL's pid file says, and whether the process it names is really that PostgreSQL.
import { readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { askSystem } from './account.ts';
import { readOwn } from './folder.ts';

const PID_FILE = 'postmaster.pid';

/** The lines of `postmaster.pid` that matter here. */
interface PidFile {
  /** 0 in a file that is still empty: PostgreSQL makes it first and writes it then. */
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
export async function readPidFile(cluster: string, name = PID_FILE): Promise<PidFile | undefined> {
  try {
    const lines = (await readOwn(join(cluster, name))).split('\n').map((line) => line.trim());
    return { pid: Number(lines[0]), port: Number(lines[3]) || undefined, ready: lines[7] === 'ready' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Takes away the pid file that a server left behind; not that of a server which another process has started since it was read.
 *
 * @param pid - the process that the file named when it was read
 */
export async function removePidFile(cluster: string, pid: number): Promise<void> {
  // Looked at where nobody else finds it: between a look and a removal the file may become another one.
  const aside = `${PID_FILE}.${process.pid}`;
  try {
    await rename(join(cluster, PID_FILE), join(cluster, aside));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const found = await readPidFile(cluster, aside);
  if (found && Object.is(found.pid, pid)) await rm(join(cluster, aside), { force: true });
  else await rename(join(cluster, aside), join(cluster, PID_FILE));
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
