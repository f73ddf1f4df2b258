import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { onInterrupt } from './interrupt.ts';

function interrupted(times: readonly number[]): { calls: string[]; listeners: number } {
  const source = new EventEmitter();
  const calls: string[] = [];
  let time = 0;
  onInterrupt(source, { stop: () => calls.push('stop'), quit: () => calls.push('quit'), now: () => time });
  for (time of times) source.emit('SIGINT');
  return { calls, listeners: source.listenerCount('SIGINT') };
}

it('one press stops cleanly, however often its signal arrives', () => {
  expect(interrupted([1000]).calls).toEqual(['stop']);
  expect(interrupted([1000, 1000, 1001, 1200]).calls).toEqual(['stop']);
});

it('a second press does not wait', () => {
  expect(interrupted([1000, 1500]).calls).toEqual(['stop', 'quit']);
});

it('listens to the end, so that the system never kills the process while it stops', () => {
  expect(interrupted([1000, 1010, 1500, 1501]).listeners).toBe(1);
});
