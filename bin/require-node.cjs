// Plain old JavaScript on purpose: this file has to parse on the Node it complains about.
'use strict'
var parts = process.versions.node.split('.').map(Number)
var enough = parts[0] > 22 || (parts[0] === 22 && parts[1] >= 13)
if (!enough) {
  console.error(
    'Plimsoll needs Node 22.13 or later (this is ' +
      process.versions.node +
      ').\n' +
      'In a clone: run `npm ci` once, then use `npm run …` (it brings Node 24 with it).\n' +
      'Elsewhere: npx -p node@24 -p plimsoll plimsoll demo',
  )
  process.exit(1)
}
