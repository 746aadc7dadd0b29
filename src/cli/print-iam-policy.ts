import type { ConfigFlags } from '../config/config.ts';
import type { Terminal } from './terminal.ts';

export async function printIamPolicy(_: Terminal, __: string | undefined, ___: ConfigFlags, ____: string): Promise<void> {}
