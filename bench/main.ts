/**
 * `npm run bench -- NAME [arguments]` runs `bench/NAME.ts`. Figures are ratios and paired medians within one run, since
 * two runs on a shared machine can't be compared.
 */
const [name, ...args] = process.argv.slice(2)
if (name === undefined || !/^[a-z-]+$/.test(name)) {
  process.stderr.write('Which bench? npm run bench -- runtime\n')
  process.exitCode = 2
} else {
  const module = (await import(`./${name}.ts`)) as { default: (args: string[]) => Promise<void> }
  await module.default(args)
}
