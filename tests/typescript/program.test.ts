import { afterEach, expect, it, vi } from 'vitest';
import type { ProgramState } from '../../labextension/src/lab_traits';
import {
  publishPageServices,
  type PageServices,
  type ProgramCell
} from '../../labextension/src/page';
import { ProgramPart } from '../../labextension/src/widget/program';

const CODE: Partial<ProgramState> = {
  revision: 1,
  text: 'x = 1',
  cell: 'c',
  handled: {},
  edits: []
};

function part(text: string): { program: ProgramPart; runs: () => number } {
  let runs = 0;
  const cell = {
    editor: {
      cell: 'c',
      shared: false,
      madeFrom: '',
      read: () => text,
      edit: () => undefined
    },
    missing: false,
    label: '[1]',
    show: () => undefined,
    write: () => undefined,
    run: () => Promise.resolve(++runs > 0),
    kept: () => [],
    dispose: () => undefined
  } as unknown as ProgramCell;
  publishPageServices({ bindCell: () => cell } as unknown as PageServices);
  const nothing = (): void => undefined;
  const program = new ProgramPart(document.body, 'lab', 'p', nothing, nothing, () => false);
  program.connect();
  program.showCode(CODE);
  return { program, runs: () => runs };
}

afterEach(() => {
  vi.useRealTimers();
});

it('runs the cell when both sides hold the same text', async () => {
  const { program, runs } = part('x = 1');
  await program.showProgram({
    type: 'program',
    page: 'p',
    run: true,
    revision: 1
  });
  expect(runs()).toBe(1);
});

it('runs no cell for a lab that was closed while both sides were brought together', async () => {
  vi.useFakeTimers();
  const { program, runs } = part('x = 2  # typed, and not in the kernel yet');
  const shown = program.showProgram({
    type: 'program',
    page: 'p',
    run: true,
    revision: 1
  });
  await vi.advanceTimersByTimeAsync(100);
  program.dispose();
  await vi.advanceTimersByTimeAsync(10_000);
  await shown;
  expect(runs()).toBe(0);
});
