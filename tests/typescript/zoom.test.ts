import { beforeEach, expect, it } from 'vitest';
import { Zoom } from '../../labextension/src/chart/zoom';

let zoom: Zoom;
let changes: number;

beforeEach(() => {
  changes = 0;
  zoom = new Zoom(() => {
    changes += 1;
    // As the chart draws it.
    zoom.fit(zoom.x ?? [0, 1000]);
  });
  zoom.fit([0, 1000]);
});

function press(key: string, around = NaN, init: KeyboardEventInit = {}): boolean {
  return zoom.press(new KeyboardEvent('keydown', { key, ...init }), around);
}

it('zooms about the mark, else about the centre, and out again', () => {
  press('+', 100);
  expect(zoom.x).toEqual([50, 550]);
  press('+', 100);
  expect(zoom.x).toEqual([75, 325]);
  press('-', 100);
  expect(zoom.x).toEqual([50, 550]);
  press('-', 100);
  expect(zoom.x).toBeNull();
  press('=', 5000);
  expect(zoom.x).toEqual([250, 750]);
  expect(changes).toBe(5);
});

it('pans with Shift and an arrow, and stays on what there is', () => {
  press('+');
  press('ArrowRight', NaN, { shiftKey: true });
  expect(zoom.x).toEqual([375, 875]);
  press('ArrowRight', NaN, { shiftKey: true });
  expect(zoom.x).toEqual([500, 1000]);
  for (let i = 0; i < 9; i++) {
    press('ArrowLeft', NaN, { shiftKey: true });
  }
  expect(zoom.x).toEqual([0, 500]);
});

it('shows everything again with 0', () => {
  press('+');
  zoom.y = [0, 1];
  press('0');
  expect([zoom.x, zoom.y, zoom.active]).toEqual([null, null, false]);
});

it('leaves other keys, and the keys of the browser, alone', () => {
  expect([press('ArrowRight'), press('+', NaN, { ctrlKey: true }), press('x')]).toEqual([
    false,
    false,
    false
  ]);
  expect(changes).toBe(0);
});
