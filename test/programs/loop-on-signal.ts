// Loaded into a gateway before its own code: its workers run in an endless loop from SIGUSR2 on.
import cluster from 'node:cluster';

if (cluster.isWorker)
  process.on('SIGUSR2', () => {
    for (;;);
  });
