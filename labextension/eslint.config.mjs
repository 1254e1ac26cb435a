import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'lib/**',
      'src/plotly/*.d.ts',
      'node_modules/**',
      '*.mjs',
      'vitest.config.ts',
      'style/**'
    ]
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      // Counts and lengths read well in template texts.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true }
      ],
      // Lumino's signals take a method and its `this`.
      '@typescript-eslint/unbound-method': 'off'
    }
  }
);
