"""Compare two versions of a schema by the documents that one takes and the other refuses.

`side` reads a schema place by place, `probes` makes documents, `proof` shows where there can be no such document, and
`verdict` puts both together. Every break that is reported comes with a document on which two real validators disagree;
where neither a document nor a proof is found, the answer is "cannot decide".
"""
