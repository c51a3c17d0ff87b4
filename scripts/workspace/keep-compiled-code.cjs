// node keep-compiled-code.cjs ROOT PROGRAM WORD...: runs the program with these words and keeps what V8 made of it.
const { readFileSync, writeFileSync } = require('node:fs');
const nodeModule = require('node:module');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

const [root, program, ...words] = process.argv.slice(2);
const script = new Script(nodeModule.wrap(readFileSync(program, 'latin1')), { filename: program });
const loaded = { exports: {} };
script.runInThisContext().call(loaded.exports, loaded.exports, nodeModule.createRequire(program), loaded, program, dirname(program));
process.on('exit', () => writeFileSync(`${program}.${process.version}-${process.arch}`, script.createCachedData()));
loaded.exports.start(words, root);
