import { expect, it } from 'vitest';
import { COLOURS, runColour } from '../../labextension/src/chart/palette';

type Vector = readonly [number, number, number];

const INDICES = Array.from({ length: COLOURS }, (_, i) => i);

/** JupyterLab's pages, and those of front ends without its variables. */
const PAGES: [dark: boolean, colours: string[]][] = [
  [false, ['#ffffff']],
  [true, ['#111111', '#1e1e1e', '#212121']]
];

/** What people with each kind of colour vision see: Machado, Oliveira, Fernandes (2009). */
const VISION: Record<string, readonly Vector[]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1]
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998]
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881]
  ]
};

function linear(colour: string): Vector {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map(at => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return [r, g, b];
}

function times(matrix: readonly Vector[], [a, b, c]: Vector): Vector {
  const [x = 0, y = 0, z = 0] = matrix.map(([p, q, r]) => p * a + q * b + r * c);
  return [x, y, z];
}

function luminance([r, g, b]: Vector): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG's. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [one, other].map(of => luminance(linear(of))).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** CIELAB. */
function lab(colour: Vector): Vector {
  const clipped = colour.map(part => Math.min(Math.max(part, 0), 1)) as unknown as Vector;
  const xyz = times(
    [
      [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
      [0.2126, 0.7152, 0.0722],
      [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089]
    ],
    clipped
  );
  const [x = 0, y = 0, z = 0] = xyz.map(part =>
    part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116
  );
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

it('has at least ten colours of runs before it repeats them', () => {
  for (const [dark] of PAGES) {
    expect(new Set(INDICES.map(i => runColour(i, dark))).size).toBeGreaterThanOrEqual(10);
    expect(runColour(COLOURS, dark)).toBe(runColour(0, dark));
  }
});

it.each(PAGES)('has a contrast of 3:1 to every page, dark: %s', (dark, pages) => {
  for (const i of INDICES) {
    for (const page of pages) {
      expect(contrast(runColour(i, dark), page)).toBeGreaterThanOrEqual(3);
    }
  }
});

it.each(Object.entries(VISION))('can be told apart with %s colour vision', (_, matrix) => {
  for (const [dark] of PAGES) {
    const seen = INDICES.map(i => lab(times(matrix, linear(runColour(i, dark)))));
    const distances = seen.flatMap((one, i) =>
      seen.slice(i + 1).map(other => Math.hypot(...one.map((part, k) => part - (other[k] ?? 0))))
    );
    expect(Math.min(...distances)).toBeGreaterThan(12);
  }
});
