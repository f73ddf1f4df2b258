#!/usr/bin/env node
/** @file Entry of the command line. */
import { run, type StricliProcess } from '@stricli/core';
import { app } from './app.ts';
import { exitCodes } from './errors.ts';
import { onInterrupt } from './interrupt.ts';

const controller = new AbortController();
onInterrupt(process, { stop: () => controller.abort(), quit: () => process.exit(exitCodes.interrupted) });
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  throw error;
});

let exitCode: number | undefined;
await run(app, process.argv.slice(2), {
  process: process as StricliProcess,
  signal: controller.signal,
  interactive: process.stderr.isTTY === true,
  exitWith: (code) => {
    exitCode = code;
  },
});
// Stricli's own codes for words that it cannot parse are negative.
if (typeof process.exitCode === 'number' && process.exitCode < 0) process.exitCode = exitCodes.usage;
else process.exitCode = process.exitCode || exitCode || exitCodes.ok;
