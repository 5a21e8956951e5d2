// nodemailer: a pool of connections, the file read once.
'use strict';
const fs = require('fs');
const readline = require('readline');
const nodemailer = require('nodemailer');

const task = JSON.parse(process.argv[2]);
const file = task.file && fs.readFileSync(task.file);
const transport = nodemailer.createTransport({
  pool: true,
  host: '127.0.0.1',
  port: task.port,
  secure: false,
  ignoreTLS: true,
  name: 'bench.example',
  maxConnections: task.connections,
  maxMessages: Infinity,
});

const address = (n) => `saiyo${n}@jigyosho${n}.example`;

function mail(number) {
  const made = {
    from: { name: task.office_name, address: task.office },
    to: address(number),
    subject: task.subject,
    text: task.body.replace(task.salutation, `株式会社ひろ野${number}\n採用ご担当者　様`),
  };
  if (task.recipients > 1) {
    made.to = task.office;
    const to = Array.from({ length: task.recipients }, (_, n) => address(n));
    made.envelope = { from: task.office, to };
  }
  if (file) {
    made.attachments = [{ filename: 'leaflet.pdf', content: file, contentType: 'application/pdf' }];
  }
  return made;
}

// Twice as many under way as there are connections, so that none ever waits for us.
async function send() {
  let next = 0;
  async function one() {
    while (next < task.mails) {
      const result = await transport.sendMail(mail(next++));
      if (result.accepted.length !== task.recipients) throw new Error(result.response);
    }
  }
  await Promise.all(Array.from({ length: 2 * task.connections }, one));
}

const lines = readline.createInterface({ input: process.stdin });
lines.once('line', async () => {
  await send();
  console.log('done');
});
lines.on('close', () => process.exit(0));
console.log('ready');
