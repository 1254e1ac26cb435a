import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: '..',
  // The tests lie outside this folder and still use its packages.
  // A path of the file system: in a URL, a space in the path would be spelt %20.
  resolve: { alias: { vitest: fileURLToPath(new URL('node_modules/vitest', import.meta.url)) } },
  server: { fs: { strict: false } },
  test: {
    environment: 'jsdom',
    include: ['tests/typescript/**/*.test.ts'],
    cache: false
  }
});
