/** @file Two test projects: everything in Node, and what runs in a page in headless Chromium, where it is installed. */
import { existsSync, realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

/** Debian's Chromium; CHROMIUM names another. */
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

const gpuFlags = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];
const quietFlags = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

const node = {
  test: {
    name: 'node',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    testTimeout: 120_000,
  },
};

const browser = {
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  // Packages are served from where they lie: node_modules may be a link, as in a work tree beside another.
  server: {
    fs: { allow: ['.', realpathSync('node_modules')] },
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
  test: {
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    // WebGPU runs in software there, beside tests of another worker.
    testTimeout: 300_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath: chromium, args: [...quietFlags, ...gpuFlags] } }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
};

// One worker a core: most of a test's time is one thread's.
export default defineConfig({
  test: { maxWorkers: availableParallelism(), projects: existsSync(chromium) ? [node, browser] : [node] },
});
