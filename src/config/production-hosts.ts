import { substituteEnvironment } from './environment.ts';
import { valueAt } from './path.ts';
import type { ConfigDocument } from './read-document.ts';

/**
 * Host of `preflight.url`, on which nothing may be rehearsed. A rehearsal needs no other secret of production, so an unset
 * variable is no problem here: then there is nothing to compare with. Behind a tunnel only the port tells production.
 */
export function productionHosts(
  document: ConfigDocument | undefined,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const { value, problems } = substituteEnvironment(valueAt(document?.value, ['preflight', 'url']), env);
  if (typeof value !== 'string' || problems.length > 0) return [];
  try {
    const url = new URL(value.replace('@/', '@none/'));
    const host = url.searchParams.get('host') ?? url.hostname;
    const port = url.searchParams.get('port') ?? url.port;
    return [/^(localhost|127\..*|\[?::1\]?)$/.test(host) ? `${host}:${port === '' ? '5432' : port}` : host];
  } catch {
    // The pre-flight itself says what is wrong with it.
    return [];
  }
}
