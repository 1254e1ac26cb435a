import { afterEach, expect, it } from 'vitest';
import { pageServices, publishPageServices, versionTrouble } from '../../labextension/src/page';
import type { PageServices } from '../../labextension/src/page';
import { VERSION } from '../../labextension/src/version';

const KEY = Symbol.for('lossviz.page');
const holder = globalThis as unknown as Record<symbol, Partial<PageServices> | undefined>;

const services: PageServices = {
  plotly: () => Promise.reject(new Error('nothing to draw with')),
  bindCell: () => undefined,
  typeset: () => undefined
};

afterEach(() => {
  Reflect.deleteProperty(holder, KEY);
});

it('needs no extension', () => {
  expect([pageServices(), versionTrouble()]).toEqual([undefined, '']);
});

it('uses the extension of its own version, and one from before versions were told', () => {
  publishPageServices(services);
  expect(pageServices()).toMatchObject({ version: VERSION });
  expect(versionTrouble()).toBe('');
  holder[KEY] = services;
  expect(pageServices()).toBe(services);
  expect(versionTrouble()).toBe('');
});

it('offers a lab of before what it knew', () => {
  publishPageServices(services);
  expect(holder[KEY]?.serves).toContain(1);
  expect(holder[KEY]?.bindCell).toBe(services.bindCell);
});

it('says which side to update where the two do not fit', () => {
  holder[KEY] = { ...services, serves: [8, 9], version: '9.0.0' };
  expect(pageServices()).toBeUndefined();
  expect(versionTrouble()).toContain(`JupyterLab has lossviz 9.0.0 and this kernel has ${VERSION}`);
  expect(versionTrouble()).toContain("in the kernel's environment");
  expect(versionTrouble()).toContain('restart the kernel');
  holder[KEY] = { ...services, serves: [0], version: '0.0.1' };
  expect(versionTrouble()).toContain("in JupyterLab's environment");
  expect(versionTrouble()).toContain('reload the page');
});
