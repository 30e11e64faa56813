# Writes src/measure/statistics/fixtures-r.json: numbers from R's packages that the TypeScript has to meet.
#
#   Rscript fixtures.R SOURCES
#
# SOURCES holds the unpacked CRAN sources of asht 1.0.1, ratesci 1.0.0 and contingencytables 3.0.1, one folder each.
# Single functions of them are read from there, so that their own dependencies need not be installed. Besides R (4.2.2)
# it needs jsonlite.

sources <- commandArgs(trailingOnly = TRUE)[1]
read <- function(package, files = "[.]R$") {
  found <- new.env(parent = globalenv())
  for (file in list.files(file.path(sources, package, "R"), pattern = files, full.names = TRUE)) sys.source(file, found)
  found
}
version <- function(package) unname(read.dcf(file.path(sources, package, "DESCRIPTION"))[1, "Version"])
asht <- read("asht", "prevSeSp[.]R$")
ratesci <- read("ratesci")
contingencytables <- read("contingencytables")

# kept, lost, gained, neither. The first is the worked example of Fagerland, Lydersen and Laake 2014 (Statistics in
# Medicine 33:2850): Newcombe's interval from 0.026 to 0.507, Tango's from 0.026 to 0.517.
tables <- list(c(1, 1, 7, 12), c(59, 6, 16, 80), c(20, 0, 0, 54), c(0, 0, 0, 74), c(74, 0, 0, 0), c(60, 9, 2, 4),
               c(200, 30, 5, 15), c(5, 20, 20, 5), c(110, 1, 0, 9))
paired <- lapply(tables, function(x) {
  # Both packages subtract the second condition from the first, so the steered one comes first.
  newcombe <- ratesci$pairbinci(x = c(x[1], x[3], x[2], x[4]), contrast = "RD", method = "MOVER_newc",
                                moverbase = "wilson", precis = 12)$estimates
  square <- contingencytables$Newcombe_square_and_add_CI_paired_2x2(matrix(c(x[1], x[2], x[3], x[4]), 2))
  tango <- ratesci$pairbinci(x = c(x[1], x[3], x[2], x[4]), contrast = "RD", method = "Score_closed", skew = FALSE,
                             bcf = FALSE, precis = 12)$estimates
  list(kept = x[1], lost = x[2], gained = x[3], n = sum(x),
       newcombe = c(newcombe[1, "lower"], newcombe[1, "upper"]),
       squareAndAdd = unname(c(square$lower, square$upper)),
       tango = c(tango[1, "lower"], tango[1, "upper"]),
       mcnemar = if (x[2] + x[3] == 0) 1 else binom.test(x[3], x[2] + x[3])$p.value)
})

independent <- lapply(list(c(56, 70, 48, 80), c(9, 10, 3, 10), c(5, 56, 0, 29), c(1, 75, 3, 120)), function(x) {
  found <- contingencytables$Newcombe_hybrid_score_CI_2x2(matrix(c(x[1], x[3], x[2] - x[1], x[4] - x[3]), 2))
  list(one = x[1:2], other = x[3:4], interval = c(found$lower, found$upper))
})

prevalence <- lapply(list(c(23, 150, 96, 100, 89, 100), c(3, 250, 180, 200, 195, 200), c(60, 120, 45, 50, 47, 50),
                          c(119, 120, 90, 100, 88, 100), c(0, 75, 30, 30, 40, 40)), function(x) {
  found <- asht$prevSeSp(AP = x[1] / x[2], nP = x[2], Se = x[3] / x[4], nSe = x[4], Sp = x[5] / x[6], nSp = x[6])
  list(positive = x[1:2], sensitivity = x[3:4], specificity = x[5:6], estimate = unname(found$estimate),
       interval = as.numeric(found$conf.int))
})

p <- list(c(0.01, 0.04, 0.03, 0.005), c(0.02, 0.02, 0.02), c(1e-9, 0.2, 0.9, 0.001, 0.04, 0.04))
adjusted <- lapply(p, function(p) list(p = p, holm = p.adjust(p, "holm"), bh = p.adjust(p, "BH")))

made <- list(by = "oracle/statistics/fixtures.R", R = paste(R.version$major, R.version$minor, sep = "."),
             asht = version("asht"), ratesci = version("ratesci"), contingencytables = version("contingencytables"))
script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))
target <- file.path(dirname(normalizePath(script)), "..", "..", "src", "measure", "statistics", "fixtures-r.json")
text <- jsonlite::toJSON(list(made = made, paired = paired, independent = independent, prevalence = prevalence,
                              adjusted = adjusted), auto_unbox = TRUE, digits = I(15))
writeLines(gsub("},{", "},\n{", gsub('],"', '],\n"', text, fixed = TRUE), fixed = TRUE), target)
