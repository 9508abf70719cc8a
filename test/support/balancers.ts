// nginx and HAProxy in front of gateways, set up as their manuals say for a backend that is kept connected to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, temporaryFolder } from './process.ts';

export interface Balancer {
  url: string;
  stop(): Promise<void>;
}

/** How a balancer is set up. */
interface Setup {
  command(configuration: string, folder: string): [string, ...string[]];
  configuration(port: number, backends: readonly number[], folder: string): string;
}

const nginx: Setup = {
  command: (configuration, folder) => ['nginx', '-p', folder, '-e', join(folder, 'errors.log'), '-c', configuration],
  // It does not ask for health. A refused connection costs nothing: no backend is left out for it.
  configuration: (port, backends, folder) => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream gateways {
    ${backends.map((backend) => `server 127.0.0.1:${backend} max_fails=0;`).join('\n    ')}
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 1000000;
    location / {
      proxy_pass http://gateways;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`,
};

const haproxy: Setup = {
  command: (configuration) => ['haproxy', '-f', configuration],
  configuration: (port, backends) => `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option redispatch
frontend callers
  bind 127.0.0.1:${port}
  default_backend gateways
backend gateways
  http-reuse always
  option httpchk GET /health/ready
  default-server check inter 500ms fall 2 rise 1
  ${backends.map((backend, i) => `server gateway${i} 127.0.0.1:${backend}`).join('\n  ')}
`,
};

const setups = { nginx, haproxy };
export type BalancerName = keyof typeof setups;

/**
 * Starts a balancer and waits until it passes requests on.
 *
 * @param backends - ports of the gateways, which run
 */
export async function startBalancer(name: BalancerName, backends: readonly number[]): Promise<Balancer> {
  const setup = setups[name];
  const folder = await temporaryFolder();
  const port = await freePort();
  const file = join(folder.path, 'configuration');
  await writeFile(file, setup.configuration(port, backends, folder.path));
  const [program, ...parameters] = setup.command(file, folder.path);
  const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk) => (text += chunk));
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; ; i++) {
    const live = await fetch(`${url}/health/live`).catch(() => undefined);
    if (live?.status === 200) break;
    if (child.exitCode !== null || i === 100) throw new Error(`${name} does not run: ${text}`);
    await sleep(50);
  }
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await folder.remove();
    },
  };
}
