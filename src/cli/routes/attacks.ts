/** @file Arguments of `pareidolia attacks`. */
import { buildCommand } from '@stricli/core';

/** The command. */
export const attacksRoute = buildCommand({
  loader: async () => (await import('../commands/attacks.ts')).attacks,
  parameters: {
    flags: { json: { kind: 'boolean', default: false, brief: 'Print JSON' } },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Attack to tell more of', parse: String, placeholder: 'name', optional: true }],
    },
  },
  docs: {
    brief: 'List the attacks: norms, what they need to know, cost, paper',
    fullDescription:
      'Lists every attack that "pareidolia attack --method NAME" runs. With a name, the options that "--set NAME=VALUE" takes.',
  },
});
