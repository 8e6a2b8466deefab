"""What holds for every case: questions as formulas, answers by a solver, cases that refute."""
