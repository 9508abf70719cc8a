import { openMillion } from './million.ts';
const m = await openMillion('/tmp/million');
console.log(m.url, JSON.stringify(m.organisations.slice(0,3)));
setInterval(()=>{}, 1000);
process.on('SIGTERM', () => void m.stop().then(()=>process.exit()));
