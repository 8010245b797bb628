import { rules } from '../rules/index.js'
import { createPresets, type Preset, type PresetName } from './configs/presets.js'
import { version } from './version.js'

const plugin = {
  meta: { name: 'eslint-plugin-spanguard', version, namespace: 'spanguard' },
  rules,
  // Filled below: a preset holds the plugin itself, since ESLint refuses two objects under one namespace.
  configs: {} as Record<PresetName, Preset>,
}
Object.assign(plugin.configs, createPresets(plugin))

/** The plugin: `spanguard.configs.recommended` in eslint.config is all that most projects need. */
export default plugin
export const { configs } = plugin
export { rules }
// `require('eslint-plugin-spanguard')` gives the plugin itself, as it does for a CommonJS package.
export { plugin as 'module.exports' }
