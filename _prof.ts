import * as ort from 'onnxruntime-node'; import { rows } from './bench/gradient.ts'; import { writeGraph } from './src/onnx/write-graph.ts'; import { specialize } from './src/tensor/rewrite.ts'; import { input } from './src/tensor/tensor.ts'; import { grad } from './src/tensor/grad.ts'; import { logSoftmax } from './src/tensor/ops/softmax.ts'; import { take } from './src/tensor/ops/slice.ts'; import { reduceSum } from './src/tensor/ops/reduce.ts'; import { neg } from './src/tensor/ops/arithmetic.ts'; import { readFileSync, rmSync, writeFileSync } from 'node:fs';
const [f,b,topn]=process.argv.slice(2);
for (const r of await rows(f!)) { if (b && r.batch!==Number(b)) continue;
 const x=input('x',[r.batch,...r.shape]); const l=neg(reduceSum(take(logSoftmax(r.logits(x),1),1,1))); const outs=specialize([l,grad(l,[x])[0]!],'cpu');
 const {bytes,files}=writeGraph([x],[{name:'l',value:outs[0]!},{name:'g',value:outs[1]!}],'cpu');
 writeFileSync('/tmp/g.onnx',bytes);
 const s=await ort.InferenceSession.create(bytes,{enableProfiling:true,profileFilePrefix:'/tmp/prof',logSeverityLevel:3, externalData: files.map(f=>({path:f.location,data:f.bytes}))} as any);
 const feed={x:new ort.Tensor('float32',new Float32Array(x.shape.reduce((a,b)=>a*b)).fill(.3).map((v,i)=>Math.abs(Math.sin(i))),x.shape as number[])};
 for(let i=0;i<25;i++) await s.run(feed); s.endProfiling();
 const file=(await import('node:fs')).readdirSync('/tmp').filter(n=>n.startsWith('prof')).map(n=>'/tmp/'+n).sort().at(-1)!; const ev=JSON.parse(readFileSync(file,'utf8')); rmSync(file);
 const m=new Map<string,[number,number]>(); const runs=ev.filter((e:any)=>e.name==='model_run'); const cut=runs[4].ts+runs[4].dur;
 for(const e of ev) if(e.cat==='Node'&&e.ts>cut&&e.name.endsWith('kernel_time')){ const k=e.args.op_name+' '+JSON.stringify(e.args.output_type_shape?.map((o:any)=>Object.values(o)[0])); const v=m.get(k)??[0,0]; v[0]+=e.dur/20/1000; v[1]+=1/20; m.set(k,v);} 
 const byop=new Map<string,number>(); for(const [k,v] of m) byop.set(k.split(' ')[0]!,(byop.get(k.split(' ')[0]!)??0)+v[0]);
 console.log(r.name,r.batch,'total',[...byop.values()].reduce((a,b)=>a+b).toFixed(2)); console.log([...byop].sort((a,b)=>b[1]-a[1]).slice(0,14).map(([k,v])=>k+' '+v.toFixed(2)).join('; '));
 for(const [k,v] of [...m].sort((a,b)=>b[1][0]-a[1][0]).slice(0,Number(topn??14))) console.log('  ',v[0].toFixed(2),v[1],k);
}
