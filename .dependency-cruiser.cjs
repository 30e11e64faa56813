// Imports point downwards only: a folder may import itself and the folders named for it here.
const below = {
  native: [],
  // Training runs where llama.cpp does, in the engine's process.
  gradient: ['native'],
  engine: ['gradient', 'native'],
  store: ['data', 'judge', 'engine'],
  data: [],
  // Names → open models.
  models: ['engine'],
  steer: ['engine', 'gradient', 'data'],
  attack: ['data'],
  judge: ['engine', 'data'],
  measure: ['judge', 'attack', 'data', 'engine'],
  study: ['measure', 'judge', 'attack', 'steer', 'data', 'store', 'engine', 'models'],
  serve: ['study', 'measure', 'judge', 'steer', 'data', 'store', 'engine', 'models'],
  cli: ['serve', 'study', 'measure', 'judge', 'attack', 'steer', 'data', 'store', 'engine', 'models', 'native'],
}
/** Files at the root of src that everybody may use: errors, progress, random numbers, what was probably meant, modules of the user's own. */
const shared = '^src/(errors|progress|random|version|paths|suggest|own-module)\\.ts$'
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: ['\\.d\\.ts$', '\\.test\\.ts$', '^src/index\\.ts$', 'child\\.ts$', 'worker\\.ts$'] }, to: {} },
    {
      name: 'every-folder-has-a-place',
      comment: 'A new folder of src has to be named in `below`, or no direction would hold for it.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(below).join('|')})/` },
      to: {},
    },
    {
      name: 'sources-stand-alone',
      comment: 'Tests, tools and oracles use the sources, never the other way round.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { path: ['^(test|tools|oracle|bench|docs)/', '\\.test\\.ts$'] },
    },
    {
      name: 'sources-use-what-a-package-brings',
      comment: 'Not a development dependency, nor a package that package.json does not name.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'native-calls-stay-below',
      comment: 'Native code takes its process with it: only what runs in the engine process may call it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(native|engine|gradient)/' },
      to: { path: 'node_modules/koffi/' },
    },
    ...Object.entries(below).map(([folder, allowed]) => ({
      name: `${folder}-imports-downwards`,
      severity: 'error',
      from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: [`^src/(${[folder, ...allowed].join('|')})/`, shared] },
    })),
  ],
  options: {
    // Read against the installed package, in a folder of its own.
    exclude: { path: '^test/package/consumer' },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'], exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
}
