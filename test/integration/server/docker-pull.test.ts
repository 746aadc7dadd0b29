import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { dockerServer } from '../../../src/server/docker/docker-server.ts';
import type { ServerNews, ServerSpec } from '../../../src/server/provider.ts';
import { docker, dockerInventory, hasDocker, ownDockerScope, TEST_IMAGE } from '../../helpers/docker.ts';
import { type ImageRegistry, startRegistry } from '../../helpers/image-registry.ts';

describe.runIf(hasDocker('pulls of images'))('an image that the engine does not have', () => {
  let scope: ReturnType<typeof ownDockerScope>;
  let registry: ImageRegistry;
  let own: string;
  beforeAll(async () => {
    scope = ownDockerScope();
    // An image of this test alone, so that the engine does not have its layers.
    own = `pgrehearse-test/pull:${process.pid}`;
    const made = `pgrehearse-test-pull-${process.pid}`;
    await docker(
      'run',
      '--name',
      made,
      '--entrypoint',
      'sh',
      TEST_IMAGE,
      '-c',
      'head -c 3000000 /dev/urandom > /etc/own',
    );
    const changes = ['ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]', 'CMD ["postgres"]'];
    await docker('commit', ...changes.flatMap((change) => ['--change', change]), made, own);
    await docker('rm', '--volumes', made);
    registry = await startRegistry(own);
    await docker('image', 'rm', own);
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await docker('image', 'rm', '--force', `${registry.name}/postgres:15`).catch(() => {});
    scope[Symbol.dispose]();
  });

  const start = async (
    wishes: ServerSpec['docker'],
    onNews: (news: ServerNews) => void = () => {},
    signal = new AbortController().signal,
  ): Promise<string> => {
    const image = `${registry.name}/postgres:15`;
    const spec = { settings: {}, projectFolder: '.', docker: { image, ...wishes } };
    await using server = await dockerServer.start(spec, signal, onNews);
    return server.version;
  };

  test.each([
    [
      'a registry that lets nobody in',
      'closed',
      {},
      /could not be pulled: .*(?:unauthorized|authentication|credentials)/i,
      /docker login/,
    ],
    ['a tag that is not there', 'well', { tag: 'nothing' }, /could not be pulled: .*manifest.*unknown/, /name and tag/],
    ['a pull that breaks off', 'lacks a layer', {}, /could not be pulled: .*(?:unknown|not found)/, /docker load/],
  ] as const)(
    'of %s is said to be missing, with the mend',
    async (_, mood, { tag = '15' }: { tag?: string }, message, hint) => {
      registry.mood = mood;
      await expect(start({ image: `${registry.name}/postgres:${tag}` })).rejects.toMatchObject({
        code: 'SERVER_UNAVAILABLE',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      });
      expect(await dockerInventory()).toEqual([]);
    },
  );

  test('is not fetched once the start was aborted', async () => {
    registry.mood = 'well';
    const stopping = new AbortController();
    const starting = start({}, ({ kind }) => kind === 'doing' && stopping.abort(new Error('stop')), stopping.signal);
    await expect(starting).rejects.toThrow('stop');
    expect(await dockerInventory()).toEqual([]);
  });

  test('is pulled with progress, then used as it is, and asked for again when that is wished', async () => {
    registry.mood = 'well';
    const news: ServerNews[] = [];
    expect(await start({}, (one) => news.push(one))).toMatch(/^15\./);
    expect(news).toContainEqual({
      kind: 'doing',
      text: `Pulling ${registry.name}/postgres:15`,
      percent: expect.any(Number),
    });
    registry.mood = 'closed';
    expect(await start({})).toMatch(/^15\./);
    // What the engine has is not taken for what was asked for.
    await expect(start({ pull: 'always' })).rejects.toMatchObject({
      message: expect.stringMatching(/could not be pulled/),
    });
  });
});
