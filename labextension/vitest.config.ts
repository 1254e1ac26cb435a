import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: '..',
  // The tests lie outside this folder and still use its packages.
  resolve: { alias: { vitest: new URL('node_modules/vitest', import.meta.url).pathname } },
  server: { fs: { strict: false } },
  test: {
    environment: 'jsdom',
    include: ['tests/typescript/**/*.test.ts'],
    cache: false
  }
});
