alter table customers drop column birthday;
