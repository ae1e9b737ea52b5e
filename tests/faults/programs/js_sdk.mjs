// Upload files in parts with the AWS SDK for JavaScript, and print what an application logs:
// node js_sdk.mjs FOLDER_OF_NODE_MODULES URL BUCKET FILE...

import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";

const [folder, endpoint, Bucket, ...files] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { S3Client } = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");

const client = new S3Client({
  endpoint,
  region: "us-east-1",
  forcePathStyle: true,
  maxAttempts: 1,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});
for (const file of files) {
  console.error(`--- ${basename(file)}`);
  const upload = new Upload({
    client,
    params: { Bucket, Key: basename(file), Body: createReadStream(file) },
    partSize: 5 * 1024 * 1024,
    leavePartsOnError: true,
  });
  try {
    await upload.done();
  } catch (error) {
    console.error(error);
  }
}
