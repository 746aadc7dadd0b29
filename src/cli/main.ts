#!/usr/bin/env node
import { leave } from './leave.ts';
import { runCli } from './program.ts';
import { processTerminal } from './terminal.ts';

const { finished } = leave();
await runCli(process.argv.slice(2), processTerminal());
await finished();
