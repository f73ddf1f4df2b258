/** @file Flags of `pareidolia data`: show, get, list. */
import { buildCommand, buildRouteMap } from '@stricli/core';
import { parseCount } from '../parse.ts';

const text = { kind: 'parsed', parse: String, optional: true } as const;
const json = { kind: 'boolean', default: false, brief: 'Print JSON' } as const;

const show = buildCommand({
  loader: async () => (await import('../commands/data-show.ts')).dataShow,
  parameters: {
    flags: {
      split: { kind: 'enum', values: ['train', 'test'], optional: true, brief: 'Part of a set that has two (train)' },
      limit: {
        kind: 'parsed',
        parse: parseCount(1),
        default: '2000',
        brief: 'Images to read at most for sizes, mean and deviation',
        placeholder: 'N',
      },
      badImages: { kind: 'enum', values: ['fail', 'skip'], default: 'fail', brief: 'What an unreadable image does' },
      emptyClasses: {
        kind: 'enum',
        values: ['fail', 'keep'],
        default: 'fail',
        brief: 'What a class without image does',
      },
      out: { ...text, brief: 'Write a sheet of images of each class', placeholder: 'PNG' },
      seed: {
        kind: 'parsed',
        parse: parseCount(0),
        default: '0',
        brief: 'Seed of the choice of images',
        placeholder: 'N',
      },
      json,
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'cifar10:DIR, folder:DIR … or a path', parse: String, placeholder: 'set' }],
    },
    aliases: { o: 'out' },
  },
  docs: {
    brief: 'Show what a data set holds',
    fullDescription:
      'Counts the images of each class, reads some of them for sizes, channel means and standard deviations, and with\n--out writes a sheet of images of each class. "pareidolia data list" shows the forms that can be read.',
  },
});

const get = buildCommand({
  loader: async () => (await import('../commands/data-get.ts')).dataGet,
  parameters: {
    flags: {
      out: { ...text, brief: 'Folder to put it into (data/NAME)', placeholder: 'DIR' },
      from: { ...text, brief: 'Address of a mirror with files of the same names', placeholder: 'URL' },
      json,
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'cifar10, cifar100, mnist or fashion-mnist', parse: String, placeholder: 'name' }],
    },
    aliases: { o: 'out' },
  },
  docs: {
    brief: 'Load a published data set and check it',
    fullDescription:
      'Loads the files from where they are published and checks their MD5. What was loaded before the work was stopped is\nkept, and the next run goes on from there.',
  },
});

const list = buildCommand({
  loader: async () => (await import('../commands/data-list.ts')).dataList,
  parameters: { flags: { json } },
  docs: { brief: 'List the sets that can be loaded and the forms that can be read' },
});

/** The commands. */
export const dataRoute = buildRouteMap({
  routes: { show, get, list },
  docs: { brief: 'Look at labelled image sets, and load published ones' },
});
