import { spawnSync } from 'node:child_process';

import type { Docker } from './engine.ts';

/**
 * Removes a container in the middle of `process.exit`, where nothing asynchronous happens any more: another Node does it. The
 * engine may still be at making it, so it is asked for a moment.
 */
export function removeAtExit({ modem }: Docker, nameOrId: string): void {
  const of = (key: string): unknown => Reflect.get(modem, key);
  const way =
    of('socketPath') === undefined
      ? { protocol: of('protocol'), host: of('host'), port: of('port'), ...certificates(of) }
      : { socketPath: of('socketPath') };
  spawnSync(process.execPath, ['-e', REMOVE], {
    // Standard input, since the command line is open to all and the way may hold a key.
    input: JSON.stringify({ way, path: `/containers/${nameOrId}?force=true&v=true` }),
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: 20_000,
    windowsHide: true,
  });
}

const certificates = (of: (key: string) => unknown): Record<string, string> =>
  Object.fromEntries(
    ['ca', 'cert', 'key'].flatMap((name) => {
      const file = of(name);
      return Buffer.isBuffer(file) ? [[name, file.toString('utf8')]] : [];
    }),
  );

/** 204: removed. 404: not there, which is final only after a while. */
const REMOVE = `
  const { way, path } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
  const { request } = require(way.protocol === 'https' ? 'node:https' : 'node:http');
  const until = Date.now() + 3000;
  const again = () => Date.now() < until && setTimeout(remove, 100);
  const { protocol, ...rest } = way;
  const remove = () =>
    request({ ...rest, path, method: 'DELETE' }, (answer) => {
      answer.resume();
      if (answer.statusCode !== 204) again();
    })
      .on('error', () => process.exit(1))
      .end();
  remove();
`;
