alter table customers alter column loyalty_points type integer;
