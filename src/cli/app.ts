/** @file The command line: routes and flags. What commands do is loaded when they run, so that --help answers at once. */
import { type Application, buildApplication, buildRouteMap, text_en } from '@stricli/core';
import type { CliContext } from './context.ts';
import { exitCodeOf, messageOf } from './errors.ts';
import { attackRoute } from './routes/attack.ts';
import { attacksRoute } from './routes/attacks.ts';
import { bridgeRoute } from './routes/bridge.ts';
import { compareRoute } from './routes/compare.ts';
import { dataRoute } from './routes/data.ts';
import { experimentRoute } from './routes/experiment.ts';
import { inspectRoute } from './routes/inspect.ts';
import { interveneRoute } from './routes/intervene.ts';
import { sensitivityRoute } from './routes/sensitivity.ts';
import { spectrumRoute } from './routes/spectrum.ts';
import { trainRoute } from './routes/train.ts';
import { visualizeRoute } from './routes/visualize.ts';

/** The application. */
export const app: Application<CliContext> = buildApplication(
  buildRouteMap({
    routes: {
      inspect: inspectRoute,
      attack: attackRoute,
      attacks: attacksRoute,
      visualize: visualizeRoute,
      bridge: bridgeRoute,
      compare: compareRoute,
      sensitivity: sensitivityRoute,
      spectrum: spectrumRoute,
      intervene: interveneRoute,
      train: trainRoute,
      data: dataRoute,
      experiment: experimentRoute,
    },
    docs: {
      brief: 'Attack, visualise and measure any ONNX vision model',
      fullDescription:
        'Attack, visualise and measure any ONNX vision model.\n\nExit codes: 0 done, 1 below --fail-under, 2 wrong input, 3 unsupported op, 70 a bug, 130 stopped.',
    },
  }),
  {
    name: 'pareidolia',
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab' },
    localization: {
      loadText: () => ({
        ...text_en,
        exceptionWhileRunningCommand: messageOf,
        exceptionWhileLoadingCommandFunction: messageOf,
        exceptionWhileParsingArguments: (error) =>
          `pareidolia: ${text_en
            .exceptionWhileParsingArguments(error, false)
            .replace(/^Unable to parse arguments, /, '')
            .replace(/\n\s+at .*/gs, '')}`,
      }),
    },
    determineExitCode: exitCodeOf,
  },
);
