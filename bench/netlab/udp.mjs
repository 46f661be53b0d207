// A UDP socket to drive by hand: udp.mjs PORT. Takes `ADDRESS PORT TEXT` lines to send; prints `sent` and `ADDRESS PORT TEXT` of what comes.
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';

const socket = createSocket('udp4');
socket.on('message', (text, { address, port }) => console.log(`${address} ${port} ${text}`));
socket.on('error', ({ message }) => { console.error(message); process.exit(1); });
socket.bind(Number(process.argv[2]), () => {
  console.log('bound');
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const [address, port, ...text] = line.split(' ');
      socket.send(text.join(' '), Number(port), address, () => console.log('sent'));
    })
    .on('close', () => process.exit(0));
});
