export { readLifetime } from './lifetime.js'
export type { Lifetime, LifetimeQuestion } from './lifetime.js'
export { findNodes, nothing, sequence, someNode } from './tree.js'
export type { Chain, ChainLink, Escape, FlowNode, Holder, SpanOperation, Test } from './tree.js'
