import type { Inventory, InventoryDiff } from '../../inventory/result.js'
import { diffJson, inventoryJson } from './json.js'
import { diffMarkdown, inventoryMarkdown } from './markdown.js'
import { inventoryWeaver } from './weaver.js'

/** The formats of `spanguard inventory`, sorted. `version` is Spanguard's. */
export const inventoryReporters: Readonly<Record<string, (inventory: Inventory, version: string) => string>> = { json: inventoryJson, markdown: inventoryMarkdown, weaver: inventoryWeaver }

/** The formats of `spanguard inventory --diff`. A registry is a whole, so that Weaver's form has none. */
export const diffReporters: Readonly<Record<string, (diff: InventoryDiff, version: string) => string>> = { json: diffJson, markdown: diffMarkdown }
