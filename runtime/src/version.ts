/** The version that spans of this package carry as their scope; a test holds it equal to package.json. */
export const version = '0.1.0'
/** The instrumentation scope of every span that this package starts. */
export const scopeName = '@spanguard/runtime'
