import eslintPlugin from 'eslint-plugin-eslint-plugin'
import spanguard from 'eslint-plugin-spanguard'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

export default defineConfig(
  globalIgnores([
    '**/dist/',
    // Whole small programs with faults that are wanted; they have a tsconfig and a linter run of their own.
    'examples/shop/before/',
    'test/fixtures/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'policy/tsconfig.json',
          'runtime/tsconfig.json',
          'tsconfig.plugin.json',
          'tsconfig.test.json',
          'examples/shop/after/tsconfig.json',
          'examples/shop/long/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // A number in a template has one form only.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Node types are compared as the strings that they are: types narrow by them, and no enum is loaded.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // `== null` asks for both, which parsers and JSON do not tell apart.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  { files: ['examples/**', 'scripts/**', 'bench/**', 'src/cli.ts'], rules: { 'no-console': 'off' } },
  // A handler of a server may be async; what it throws, it or its framework answers.
  { files: ['examples/**/*.ts', 'test/**/*.ts'], rules: { '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }] } },
  {
    files: ['rules/**/*.ts'],
    extends: [eslintPlugin.configs.recommended],
    rules: {
      'max-lines': ['error', 200],
      // Rules report through the shared analysis, which this rule cannot follow; the rule tester fails on a missing one.
      'eslint-plugin/require-meta-has-suggestions': 'off',
    },
  },
  { files: ['**/*.ts'], extends: [spanguard.configs.recommended] },
)
