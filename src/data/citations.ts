/** How published sets are cited, by the first part of their names. */
export const citations: Readonly<Record<string, string>> = {
  xstest: `@inproceedings{rottger2024xstest,
  title     = {{XSTest}: A Test Suite for Identifying Exaggerated Safety Behaviours in Large Language Models},
  author    = {R{\\"o}ttger, Paul and Kirk, Hannah Rose and Vidgen, Bertie and Attanasio, Giuseppe and Bianchi, Federico and Hovy, Dirk},
  booktitle = {NAACL},
  year      = {2024}
}`,
  jailbreakbench: `@inproceedings{chao2024jailbreakbench,
  title     = {{JailbreakBench}: An Open Robustness Benchmark for Jailbreaking Large Language Models},
  author    = {Chao, Patrick and Debenedetti, Edoardo and Robey, Alexander and Andriushchenko, Maksym and others},
  booktitle = {NeurIPS Datasets and Benchmarks},
  year      = {2024}
}`,
  jailbreakhub: `@inproceedings{shen2024anything,
  title     = {{"}Do Anything Now{"}: Characterizing and Evaluating In-The-Wild Jailbreak Prompts on Large Language Models},
  author    = {Shen, Xinyue and Chen, Zeyuan and Backes, Michael and Shen, Yun and Zhang, Yang},
  booktitle = {ACM CCS},
  year      = {2024}
}`,
  'or-bench': `@misc{cui2024orbench,
  title  = {{OR-Bench}: An Over-Refusal Benchmark for Large Language Models},
  author = {Cui, Justin and Chiang, Wei-Lin and Stoica, Ion and Hsieh, Cho-Jui},
  year   = {2024},
  note   = {arXiv 2405.20947}
}`,
  'refusal-direction': `@inproceedings{arditi2024refusal,
  title     = {Refusal in Language Models Is Mediated by a Single Direction},
  author    = {Arditi, Andy and Obeso, Oscar and Syed, Aaquib and Paleka, Daniel and Panickssery, Nina and Gurnee, Wes and Nanda, Neel},
  booktitle = {NeurIPS},
  year      = {2024}
}`,
  advbench: `@misc{zou2023universal,
  title  = {Universal and Transferable Adversarial Attacks on Aligned Language Models},
  author = {Zou, Andy and Wang, Zifan and Carlini, Nicholas and Nasr, Milad and Kolter, J. Zico and Fredrikson, Matt},
  year   = {2023},
  note   = {arXiv 2307.15043}
}`,
  'malicious-instruct': `@inproceedings{huang2024catastrophic,
  title     = {Catastrophic Jailbreak of Open-source {LLMs} via Exploiting Generation},
  author    = {Huang, Yangsibo and Gupta, Samyak and Xia, Mengzhou and Li, Kai and Chen, Danqi},
  booktitle = {ICLR},
  year      = {2024}
}`,
  mmlu: `@inproceedings{hendrycks2021measuring,
  title     = {Measuring Massive Multitask Language Understanding},
  author    = {Hendrycks, Dan and Burns, Collin and Basart, Steven and Zou, Andy and Mazeika, Mantas and Song, Dawn and Steinhardt, Jacob},
  booktitle = {ICLR},
  year      = {2021}
}`,
  gsm8k: `@misc{cobbe2021training,
  title  = {Training Verifiers to Solve Math Word Problems},
  author = {Cobbe, Karl and Kosaraju, Vineet and Bavarian, Mohammad and Chen, Mark and Jun, Heewoo and Kaiser, Lukasz and Plappert, Matthias and Tworek, Jerry and Hilton, Jacob and Nakano, Reiichiro and Hesse, Christopher and Schulman, John},
  year   = {2021},
  note   = {arXiv 2110.14168}
}`,
  hellaswag: `@inproceedings{zellers2019hellaswag,
  title     = {{HellaSwag}: Can a Machine Really Finish Your Sentence?},
  author    = {Zellers, Rowan and Holtzman, Ari and Bisk, Yonatan and Farhadi, Ali and Choi, Yejin},
  booktitle = {ACL},
  year      = {2019}
}`,
  'arc-challenge': `@misc{clark2018think,
  title  = {Think You Have Solved Question Answering? {Try} {ARC}, the {AI2} Reasoning Challenge},
  author = {Clark, Peter and Cowhey, Isaac and Etzioni, Oren and Khot, Tushar and Sabharwal, Ashish and Schoenick, Carissa and Tafjord, Oyvind},
  year   = {2018},
  note   = {arXiv 1803.05457}
}`,
  wikitext2: `@inproceedings{merity2017pointer,
  title     = {Pointer Sentinel Mixture Models},
  author    = {Merity, Stephen and Xiong, Caiming and Bradbury, James and Socher, Richard},
  booktitle = {ICLR},
  year      = {2017}
}`,
  alpaca: `@misc{taori2023alpaca,
  title        = {Stanford {Alpaca}: An Instruction-following {LLaMA} Model},
  author       = {Taori, Rohan and Gulrajani, Ishaan and Zhang, Tianyi and Dubois, Yann and Li, Xuechen and Guestrin, Carlos and Liang, Percy and Hashimoto, Tatsunori B.},
  year         = {2023},
  howpublished = {https://github.com/tatsu-lab/stanford_alpaca}
}`,
}
