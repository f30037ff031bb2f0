fn main(){ let a:Vec<String>=std::env::args().collect();
   let mut case=gateaux_testkit::case::Case::read(&a[1]).unwrap();
   let v: Vec<_> = a[2..].iter().map(|x| case.variable(x).unwrap()).collect();
   let names: Vec<String>=(0..v.len()).map(|i| format!("d{i}")).collect();
   let t=std::time::Instant::now();
   let mut form=case.function;
   let mut g = case.function;
   for (x,n) in v.iter().zip(&names) { let var=case.store.as_var(*x).unwrap(); let h=case.store.add_hole(n,var).unwrap();
     form=gateaux_core::diff::differential(&mut case.store,form,&[(*x,h)]).unwrap();
     println!("form {:?} store {}",t.elapsed(),case.store.len());
     let b=gateaux_core::diff::differential(&mut case.store,g,&[(*x,h)]).unwrap();
     println!("d of explicit {:?} store {}",t.elapsed(),case.store.len());
     g=gateaux_core::diff::LinearMap{hole:h,body:b}.explicit(&mut case.store,var).unwrap().unwrap();
     println!("explicit {:?} store {}",t.elapsed(),case.store.len());
     println!("{}",gateaux_core::print::print(&mut case.store,g,gateaux_core::print::Notation::Text).unwrap());
   }
}
