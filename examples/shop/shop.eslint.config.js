// Not named eslint.config.js: the repository's own config lints this folder, and ESLint takes the nearest one.
// What a team writes: its parser, its files, and the preset. The policy is read from the nearest spanguard.config.json.
import parser from '@typescript-eslint/parser'
import spanguard from 'eslint-plugin-spanguard'

export default [
  { files: ['**/*.ts'], languageOptions: { parser } },
  spanguard.configs.recommended,
]
