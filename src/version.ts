/** The version of the three packages; a test holds it to their package.json files. */
export const version = '0.1.0'
