import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  // AssemblyScript is another language in the same syntax; what both compilers read is linted.
  globalIgnores(['**/dist/', 'build/', '**/.wrangler/', 'assembly/**', '!assembly/layout.ts']),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-constant-binary-expression': 'error',
      'no-empty': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-escape': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Counts and names belong in messages as they are.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        {
          allowNumber: true,
          allowBoolean: true,
          allow: [{ name: ['URL', 'URLSearchParams'], from: 'package', package: 'node:url' }],
        },
      ],
      // noUncheckedIndexedAccess makes every typed-array read possibly undefined; inner loops assert what they know.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // What comes over the wire can lack what its type promises, and narrowing does not see other tasks' writes.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A lookup by kind says what it finds.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // A handler that may be asynchronous returns void | Promise<void>.
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  {
    // Tests read JSON as it comes; an assertion says what it must be.
    files: ['test/**', 'packages/*/test/**'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', URL: 'readonly' } },
  },
);
