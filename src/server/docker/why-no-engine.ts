import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { userInfo } from 'node:os';

import { codeOf, PgrehearseError, toError } from '../../support/errors.ts';

/** testcontainers says only that nothing works; here the engine is asked once more, for the reason. */
export async function whyNoEngine(cause: Error): Promise<PgrehearseError> {
  const place = enginePlace();
  const reason = place.startsWith('ssh:') ? 'ssh' : await ask(place);
  const [said, hint] = explain(place, reason);
  const context = process.env['DOCKER_CONTEXT'];
  const further = context === undefined ? '' : ` DOCKER_CONTEXT is not read (it is '${context}'): set DOCKER_HOST.`;
  return new PgrehearseError('SERVER_UNAVAILABLE', `No Docker Engine answers at ${place}: ${said}.`, {
    cause,
    hint: `${hint}${further} \`server.provider: local\` needs no Docker.`,
  });
}

/** Where it is looked for first. A tunnel or proxy may hold a password, which is not said. */
function enginePlace(): string {
  const given = process.env['DOCKER_HOST'];
  if (given !== undefined && given !== '') return given.replace(/\/\/[^/@]*@/, '//');
  return process.platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock';
}

/** The code of the system's error, or what was answered. */
function ask(place: string): Promise<string> {
  const path = /^(?:unix|npipe):\/\/(?<path>.*)$/.exec(place)?.groups?.['path'];
  const url = place.replace(/^tcp:/, 'http:');
  if (path === undefined && !URL.canParse(url)) return Promise.resolve('no URL');
  const where = path === undefined ? addressOf(url) : { socketPath: path };
  return new Promise((resolve) => {
    const asked = request({ ...where, path: '/_ping', timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      resolve(`HTTP ${answer.statusCode}`);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer within 5 s')));
    asked.on('error', (error) => resolve(codeOf(error) ?? toError(error).message));
    asked.end();
  });
}

function addressOf(url: string): { readonly host: string; readonly port: string } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port };
}

function explain(place: string, reason: string): readonly [string, string] {
  switch (reason) {
    case 'ssh':
      return [
        'testcontainers does not speak ssh',
        'Forward the socket (`ssh -N -L /tmp/docker.sock:/var/run/docker.sock HOST`) and set DOCKER_HOST=unix:///tmp/docker.sock.',
      ];
    case 'ENOENT':
      return ['there is no such socket', 'Install and start Docker, or set DOCKER_HOST to the engine that you have.'];
    case 'EACCES':
      return [
        `the user ${userInfo().username} may not use the socket`,
        'Add the user to the group of the socket (`sudo usermod -aG docker $USER`, then log in again), or use rootless Docker.',
      ];
    case 'ECONNREFUSED':
      return ['nothing listens there', 'Start it: `sudo systemctl start docker`, or Docker Desktop.'];
    case 'no URL':
      return ['that is no address', 'DOCKER_HOST is unix:///path, tcp://host:port or npipe:////./pipe/name.'];
    default:
      return [reason, existsSync(place) ? HINT : 'Check DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.'];
  }
}

const HINT = 'A path alone is no address: write unix:// before it.';
const TIMEOUT_MS = 5_000;
