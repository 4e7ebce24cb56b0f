// node level.mjs TOOLS VERSION REPOSITORY [SAMPLES]: runs level.php on a real PHP of that version ("7-2", "8-4"), compiled to WebAssembly.
// TOOLS is where npm installed @php-wasm; nothing of the host but the module and its tests is copied into the machine.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [tools, version, repository, samples = ''] = process.argv.slice(2);
const require = createRequire(join(tools, 'here.js'));
const { getPHPLoaderModule } = require(`@php-wasm/node-${version}`);
const { loadPHPRuntime, PHP } = require('@php-wasm/universal');

const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule(), {}));
const copy = (folder) => {
    php.mkdir(`/repository/${folder}`);
    for (const entry of readdirSync(join(repository, folder), { withFileTypes: true })) {
        const path = `${folder}/${entry.name}`;
        if (entry.isDirectory()) {
            copy(path);
        } else {
            php.writeFile(`/repository/${path}`, readFileSync(join(repository, path)));
        }
    }
};
['deploy/prestashop/orderbro', 'tests/module/php'].forEach(copy);
const answer = await php.run({
    code: "<?php require '/repository/tests/module/php/level.php';",
    env: { LEVEL_SAMPLES: samples },
});
process.stdout.write(answer.text);
process.stderr.write(answer.errors);
process.exit(answer.exitCode);
